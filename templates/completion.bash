# Completes the command line of actor in bash. In ~/.bashrc: source <(actor completion bash)
_actor() {
  local value help
  COMPREPLY=()
  while IFS=$'\t' read -r value help; do
    if [ "$value" = :directories ]; then
      compopt -o dirnames 2>/dev/null
    else
      # A word, whatever stands in it.
      printf -v value %q "$value"
      COMPREPLY+=("$value")
    fi
  done < <(command actor complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _actor actor
