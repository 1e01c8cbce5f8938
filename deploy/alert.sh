#!/bin/sh
# Tells somebody how a refresh ended. The exit code is the first argument. Without one it is what systemd says of the
# refresh: in $MONITOR_EXIT_STATUS from version 251 on, else on demand.
# The message goes to the command in TWINTOWNS_ALERT, such as: mail -s twintowns ops@example.org. Without one it goes
# to standard error, which is the journal or cron's mail.
unit=twintowns-refresh.service
code=${1:-${MONITOR_EXIT_STATUS:-$(systemctl show --property ExecMainStatus --value $unit 2>/dev/null)}}
result=${MONITOR_SERVICE_RESULT:-}
cd "$(dirname "$0")/.." || exit 1

case $result in
  timeout | watchdog) what="KILLED ($result): it took longer than TimeoutStartSec; nothing to clean up" ;;
  oom-kill) what="KILLED ($result): it needed more than MemoryMax; nothing to clean up" ;;
  resources) what="FAILED ($result): it could not be started; do raw/ and curated/ exist?" ;;
  *)
    case $code in
      0 | 5) exit 0 ;;
      1) what="FAILED: disk, memory or permissions" ;;
      2) what="FAILED: a declaration or an option is wrong" ;;
      3) what="FAILED: no source could be read" ;;
      4) what="REFUSED: the new release is worse than the one before; look at it, then accept it or wait" ;;
      6) what="PARTIAL: published, but a source is stale or missing" ;;
      TERM | 15 | 143 | KILL | 9 | 137) what="KILLED ($code): out of time or memory; nothing to clean up" ;;
      2[0-4]?) what="FAILED with $code: systemd could not start it; do raw/ and curated/ exist? See: journalctl -u $unit" ;;
      "") what="FAILED: nobody knows how" ;;
      *) what="FAILED with $code" ;;
    esac
    ;;
esac

{
  echo "twintowns refresh on $(uname -n): $what"
  .venv/bin/twintowns status 2>&1
} | if [ -n "$TWINTOWNS_ALERT" ]; then sh -c "$TWINTOWNS_ALERT"; else cat >&2; fi
