#!/bin/sh
# agent-event.sh EVENT <payload: an agent's hook tells the daemon, whether one runs or not.
# One file in $ACTOR_HOME/inbox: a line that says who speaks, then the payload byte for byte. Two forks; prints nothing
# and exits 0 whatever happens, since its caller is a turn of an agent.
exec 2>/dev/null
[ -n "$ACTOR_HOME" ] && [ -n "$ACTOR_LAUNCH" ] || exit 0
umask 077
inbox=$ACTOR_HOME/inbox
name=$ACTOR_LAUNCH-$1-$$
# A process id comes round again, perhaps before the daemon has read the file of the last one that had it.
while [ -e "$inbox/$name.json" ]; do name=${name}x; done
{
  printf '{"kind":"agent","launch":"%s","session":"%s","event":"%s"}\n' "$ACTOR_LAUNCH" "$ACTOR_NAME" "$1" && cat
} >"$inbox/.$name" && mv -f "$inbox/.$name" "$inbox/$name.json" || rm -f "$inbox/.$name"
exit 0
