# The rc file of a shell agent: the user's own, then marks that tell actor where prompts, commands and their ends are.
# The marks are OSC 133 (FinalTerm), with our own `aid`, so that marks in a command's output are not taken for ours.
# They stand in the output stream itself, which actor records: turn ends and output cannot overtake each other.

__actor_aid=$ACTOR_LAUNCH

if [ -f ~/.bashrc ]; then . ~/.bashrc; fi

# History expansion would change a prompt that has a `!` in it; without bracketed paste each line would be entered by itself.
set +H
bind 'set enable-bracketed-paste on' 2>/dev/null

# Below, `builtin` and `command` pass by the user's aliases and functions, and `-` in expansions minds `set -u`.

# Runs first of all prompt commands: $? is the status of the command, and the user's own prompt commands must see it too.
__actor_ended() {
  local status=$?
  builtin printf '\e]133;D;%s;aid=%s\a\e]133;A;aid=%s\a' "$status" "$__actor_aid" "$__actor_aid"
  __actor_is_told=1
  return $status
}

# Runs last: prints the events that wait for this shell, as a shell tells of new mail, and sees to the marks in PS0, PS1 and
# PS2, which a user's own prompt command may have set anew.
__actor_prompt() {
  local status=$?
  # `PROMPT_COMMAND=…` sets only the first of several: a command that did so has dropped the one above.
  if [ -z "${__actor_is_told-}" ]; then
    (exit $status)
    __actor_ended
    PROMPT_COMMAND=(__actor_ended ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"})
  fi
  __actor_is_told=
  if [ -d "$ACTOR_HOME/mail/$ACTOR_NAME" ]; then __actor_mail || :; fi
  case ${PS1-} in *"133;B;aid=$__actor_aid"*) ;; *) PS1="${PS1-}"'\[\e]133;B;aid='"$__actor_aid"'\a\]' ;; esac
  case ${PS0-} in *"133;C;aid=$__actor_aid"*) ;; *) PS0="${PS0-}"'\e]133;C;aid='"$__actor_aid"'\a' ;; esac
  case ${PS2-} in *"133;P;k=s;aid=$__actor_aid"*) ;; *) PS2="${PS2-}"'\[\e]133;P;k=s;aid='"$__actor_aid"'\a\]' ;; esac
  return $status
}

# In a subshell, where the user's settings of globs are not in the way (`dotglob` would show unfinished mail).
__actor_mail() (
  set +efu
  unset GLOBIGNORE
  shopt -u failglob dotglob
  for mail in "$ACTOR_HOME/mail/$ACTOR_NAME"/*.print; do
    [ -f "$mail" ] || break
    # Claimed by rename: printed once, whatever happens around us. The text ends with its own receipt mark.
    command mv -f -- "$mail" "$mail.claimed" 2>/dev/null && command cat -- "$mail.claimed" && command rm -f -- "$mail.claimed"
  done
)

if [ "${BASH_VERSINFO[0]}" -gt 5 ] || { [ "${BASH_VERSINFO[0]}" -eq 5 ] && [ "${BASH_VERSINFO[1]}" -ge 1 ]; }; then
  PROMPT_COMMAND=(__actor_ended ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"} __actor_prompt)
else
  PROMPT_COMMAND="__actor_ended${PROMPT_COMMAND:+; $PROMPT_COMMAND}; __actor_prompt"
fi
