#!/bin/sh
# agent-mail.sh EVENT <payload: at a turn's boundary, hands the waiting events to the agent whose hook this is.
# The daemon keeps them ready as a folder, $ACTOR_HOME/mail/$ACTOR_NAME/pending, with the answer for each hook in a file
# <EVENT>.json (stop.json for Stop). Whoever renames the folder has them, so they are handed in once, with or
# without a daemon. Prints that file, or nothing; exits 0 whatever happens.
exec 2>/dev/null
[ -n "$ACTOR_HOME" ] && [ -n "$ACTOR_NAME" ] || exit 0
mail=$ACTOR_HOME/mail/$ACTOR_NAME
# At its start it is told whom it coordinates. Events are not for that moment: no turn begins, so nobody might read them.
if [ "$1" = SessionStart ]; then
  [ -f "$mail/roster.json" ] && cat "$mail/roster.json"
  exit 0
fi
[ -d "$mail/pending" ] || exit 0
answer=$1.json
if [ "$1" = Stop ]; then
  answer=stop.json
  # Enough Stops in a row have been held up: the agent shall come to rest.
  if [ -e "$mail/no-block" ]; then
    IFS= read -r payload
    case $payload in *'"stop_hook_active":true'*) exit 0 ;; esac
  fi
fi
[ -f "$mail/pending/$answer" ] || exit 0
claimed=$mail/claimed-$ACTOR_LAUNCH-$$
# Onto a folder that exists, mv would move into it.
while [ -e "$claimed" ]; do claimed=${claimed}x; done
mv "$mail/pending" "$claimed" && cat "$claimed/$answer"
exit 0
