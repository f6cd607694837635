# Installs Debian's packages of Firefox, WebKit's driver and Xvfb if they are missing and the user may install packages.
set -eu

present() { [ -x "$FIREFOX" ] && [ -x "$WEBKIT_DRIVER" ] && [ -x "$XVFB" ]; }
missing() {
  echo "the matrix needs Firefox and WebKit: install Debian's packages firefox-esr, webkit2gtk-driver and xvfb," \
    "or set FIREFOX, WEBKIT_DRIVER and XVFB to the three programs" >&2
  exit 1
}

present && exit
command -v apt-get > /dev/null || missing
if [ "$(id -u)" = 0 ]; then as_root=
elif sudo -n true 2> /dev/null; then as_root=sudo
else missing
fi
$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends firefox-esr webkit2gtk-driver xvfb
present || missing
