# Installs Debian's package of PostgreSQL if it is missing and the user may install packages.
set -eu

present() { [ -n "${POSTGRES:-}" ] && [ -x "$POSTGRES/initdb" ] || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; }
missing() {
  echo "the tests need PostgreSQL: install Debian's package postgresql, or set POSTGRES to the folder of its programs" >&2
  exit 1
}

present && exit
command -v apt-get > /dev/null || missing
if [ "$(id -u)" = 0 ]; then as_root=
elif sudo -n true 2> /dev/null; then as_root=sudo
else missing
fi
$as_root apt-get update
# Without a cluster, which would run as a service.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-common
$as_root sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql
present || missing
