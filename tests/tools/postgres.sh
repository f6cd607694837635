# Installs Debian's package of PostgreSQL if it is missing and the user may install packages.
set -eu

present() { [ -n "${POSTGRES:-}" ] && [ -x "$POSTGRES/initdb" ] || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; }
missing() {
  echo "the tests need PostgreSQL: install Debian's package postgresql, or set POSTGRES to the folder of its programs" >&2
  exit 1
}

. tests/tools/debian.sh
# Without a cluster, which would run as a service.
install postgresql-common
$as_root sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
install postgresql
present || missing
