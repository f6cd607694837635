# Installs Debian's packages of Firefox, WebKit's driver and Xvfb if they are missing and the user may install packages.
set -eu

present() { [ -x "$FIREFOX" ] && [ -x "$WEBKIT_DRIVER" ] && [ -x "$XVFB" ]; }
missing() {
  echo "the matrix needs Firefox and WebKit: install Debian's packages firefox-esr, webkit2gtk-driver and xvfb," \
    "or set FIREFOX, WEBKIT_DRIVER and XVFB to the three programs" >&2
  exit 1
}

. tests/tools/debian.sh
install firefox-esr webkit2gtk-driver xvfb
present || missing
