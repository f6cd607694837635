# Sourced by the scripts that install Debian's packages. They define `present`, whether the programs are there, and
# `missing`, which says what is needed and exits. Ends the script if they are there.
present && exit
command -v apt-get > /dev/null || missing
if [ "$(id -u)" = 0 ]; then as_root=
elif sudo -n true 2> /dev/null; then as_root=sudo
else missing
fi
$as_root apt-get update

install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }
