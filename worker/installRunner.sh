#!/bin/sh
# Copies the runner of /batch into a folder: install-runner /FOLDER
#
# The command's container waits for it: no more processes and files than necessary. The loader may be executed and not read
# (worker/src/command/assembleRunner.ts), so the system's own is copied.
set -eu
folder=$1
cd /batch
mkdir -p "$folder/lib" "$folder/.cache"
cp -R node mkfifo node_modules sql worker "$folder/"
cp lib/lib* "$folder/lib/"
# Node finds what it has compiled by the user's id, too.
for cache in .cache/*; do
  cp -R "$cache" "$folder/${cache%-*}-$(id -u)"
done
install -m 0111 system-loader "$folder/lib/loader"
