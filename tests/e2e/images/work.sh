#!/bin/sh
# Does what the column `verb` of its row says.
set -u
verb=$(sed 's/.*"verb": *"\([^"]*\)".*/\1/')

finish() { echo "$1" > "$BATCH_RESULT_FILE"; }

# Daemons of this script, in the whole pod.
count_daemons() { grep -lz '^4321[0]$' /proc/[0-9]*/cmdline 2>/dev/null | wc -l; }

case $verb in
  report)
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then version=2; else version=1; fi
    if touch /written 2>/dev/null; then writable=true; else writable=false; fi
    group=$(cat /sys/fs/cgroup/memory.oom.group 2>/dev/null || echo 0)
    finish "{\"library\": \"glibc\", \"uid\": $(id -u), \"shell\": true, \"writableRoot\": $writable, \"row\": true,
             \"cgroup\": $version, \"oomGroup\": $group}"
    ;;
  "exit "*)
    code=${verb#exit }
    echo "why $code" >&2
    [ "$code" != 75 ] || finish '{"retryAfter": 1}'
    # What is retried succeeds then.
    [ "$BATCH_ATTEMPT" = 1 ] && exit "$code"
    rm -f "$BATCH_RESULT_FILE"
    ;;
  signal)
    kill -SEGV $$
    ;;
  output)
    # Each line is 100 bytes.
    yes "$(printf '%099d' 0)" | head -c 1000000000
    echo "the last line"
    ;;
  close)
    exec >&- 2>&-
    sleep 1
    finish '"worked on"'
    ;;
  memory)
    # It keeps what has no end of line.
    exec tail /dev/zero
    ;;
  ignore)
    [ "$BATCH_ATTEMPT" = 1 ] || exit 0
    trap '' TERM
    while :; do sleep 1; done
    ;;
  freeze)
    kill -STOP $$
    ;;
  daemons)
    # One leaves the session, one has also cleared its environment; neither is a child of this script any more.
    (setsid sleep 43210 > /dev/null 2>&1 &)
    (env -i setsid sleep 43210 > /dev/null 2>&1 &)
    sleep 1
    finish "$(count_daemons)"
    ;;
  count)
    finish "$(count_daemons)"
    ;;
  *)
    echo "unknown verb: $verb" >&2
    exit 64
    ;;
esac
