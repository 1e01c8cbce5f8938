#!/bin/sh
# Tells somebody how a refresh ended. The exit code is the first argument, or $EXIT_STATUS where systemd calls this.
# The message goes to the command in TWINTOWNS_ALERT, such as: mail -s twintowns ops@example.org. Without one it goes
# to standard error, which is the journal or cron's mail.
code=${1:-${EXIT_STATUS:-0}}
cd "$(dirname "$0")/.." || exit 1

case $code in
  0 | 5) exit 0 ;;
  1) what="FAILED: disk, memory or permissions" ;;
  2) what="FAILED: a declaration or an option is wrong" ;;
  3) what="FAILED: no source could be read" ;;
  4) what="REFUSED: the new release is worse than the one before; look at it, then accept it or wait" ;;
  6) what="PARTIAL: published, but a source is stale or missing" ;;
  TERM | 143 | KILL | 137) what="KILLED ($code): out of time or memory; nothing to clean up" ;;
  *) what="FAILED with $code" ;;
esac

{
  echo "twintowns refresh on $(hostname): $what"
  .venv/bin/twintowns status 2>&1
} | if [ -n "$TWINTOWNS_ALERT" ]; then sh -c "$TWINTOWNS_ALERT"; else cat >&2; fi
