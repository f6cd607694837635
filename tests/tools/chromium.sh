# Installs Debian's packages of Chromium and its driver if they are missing and the user may install packages.
set -eu

present() { [ -x "$CHROMIUM" ] && [ -x "$CHROMEDRIVER" ]; }
missing() {
  echo "the tests need Chromium: install Debian's packages chromium and chromium-driver," \
    "or set CHROMIUM and CHROMEDRIVER to the two programs" >&2
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
  apt-get install -y --no-install-recommends chromium chromium-driver
present || missing
