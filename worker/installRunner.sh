#!/bin/sh
# Copies the runner of /batch into a folder: install-runner FOLDER
#
# The loader may be executed and not read (worker/src/command/assembleRunner.ts), so it is taken from where the system has it.
set -eu
mkdir -p "$1/lib"
cp -R /batch/node /batch/mkfifo /batch/node_modules /batch/sql /batch/worker "$1/"
for library in /batch/lib/*; do
  [ "$library" = /batch/lib/loader ] || cp "$library" "$1/lib/"
done
# Node finds what it has compiled by the user's id, too.
mkdir -p "$1/.cache"
for cache in /batch/.cache/*; do
  version=${cache##*/}
  cp -R "$cache" "$1/.cache/${version%-*}-$(id -u)"
done
cp "$(ldd /batch/node | sed -n 's/^[[:space:]]*\(\/[^ ]*ld-[^ ]*\) (.*/\1/p')" "$1/lib/loader"
chmod 0111 "$1/lib/loader"
