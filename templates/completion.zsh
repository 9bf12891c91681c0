#compdef actor
# Completes the command line of actor in zsh. In ~/.zshrc: source <(actor completion zsh)
_actor() {
  local line value help
  local -a found
  while IFS= read -r line; do
    value=${line%%$'\t'*}
    if [[ $value == :directories ]]; then
      _files -/
    else
      value=${value//\\/\\\\}
      help=${line#*$'\t'}
      found+=("${value//:/\\:}${help:+:$help}")
    fi
  done < <(command actor complete "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe -V actor found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _actor "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _actor actor
fi
