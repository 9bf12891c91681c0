#!/bin/sh
# Drops one event of the tmux server into the inbox: tmux-event.sh <inbox dir> <event> [pane id]
# Run by the hooks in templates/tmux.conf. Only ids get here, never text of other programs, so nothing needs escaping;
# what is no id is left out. Never fails its caller, and starts no process but mv: tmux waits for nobody, but has many.
inbox=$1 event=$2 pane=$3

case $event in '' | *[!a-z-]*) exit 0 ;; esac
case $pane in '%' | *[!%0-9]*) pane= ;; esac
[ -d "$inbox" ] || exit 0

# The process id alone may come again while an old file waits; with pane and event a double is the same event.
name=tmux-$$-$event-${pane#%}
umask 077
printf '{"kind":"tmux","event":"%s","pane":"%s"}\n' "$event" "$pane" \
  2>/dev/null >"$inbox/.$name" && mv -f "$inbox/.$name" "$inbox/$name.json" 2>/dev/null
exit 0
