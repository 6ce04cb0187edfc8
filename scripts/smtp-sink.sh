#!/usr/bin/env bash
# smtp-sink.sh FOLDER: prints the path of a program that runs postfix's smtp-sink, for `make bench`.
# Where it is not installed, Debian's package is unpacked into FOLDER: no service, no configuration.
set -euo pipefail
folder=$1

installed=$(command -v smtp-sink || ls /usr/sbin/smtp-sink 2>/dev/null || true)
if [ -n "$installed" ]; then
  echo "$installed"
  exit
fi

if [ ! -x "$folder/run" ]; then
  command -v apt-get >/dev/null || {
    echo "Thiếu smtp-sink (gói postfix). / smtp-sink is missing: please install postfix." >&2
    exit 1
  }
  download=$(mktemp -d)
  trap 'rm -rf "$download"' EXIT
  chmod 755 "$download"
  # Fresh images carry no package lists; the libraries are those that postfix needs beside its own.
  (cd "$download" && { apt-get download -qq postfix || { apt-get update -qq && apt-get download -qq postfix; }; }) >&2
  for name in libdb5.3 libnsl2 libtirpc3 libicu72; do
    ldconfig -p | grep -q "${name%%[0-9]*}" || (cd "$download" && apt-get download -qq "$name") >&2 || true
  done
  mkdir -p "$folder"
  for package in "$download"/*.deb; do dpkg -x "$package" "$folder"; done
  cat > "$folder/run" <<EOF
#!/bin/sh
root=\$(dirname "\$(readlink -f "\$0")")
export LD_LIBRARY_PATH="\$root/usr/lib/postfix:\$root/usr/lib/\$(uname -m)-linux-gnu"
exec "\$root/usr/sbin/smtp-sink" "\$@"
EOF
  chmod +x "$folder/run"
fi
said=$("$folder/run" -h 2>&1 || true)
[[ $said == *usage:* ]] || {
  echo "smtp-sink không chạy được. / smtp-sink does not run: please install postfix." >&2
  exit 1
}
echo "$folder/run"
