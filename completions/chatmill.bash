# chatmill.bash -- completion for bash: verbs and stages, then the options of the one that is named.
_chatmill() {
	local word=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ] || [ "$COMP_CWORD/${COMP_WORDS[1]}" = 2/help ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(chatmill --help |
			sed -n 's/^  chatmill \([a-z]*\) .*/\1/p; s/^Stages: //p')" -- "$word")
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(chatmill "${COMP_WORDS[1]}" --help 2>/dev/null |
			grep -o '^  *--[a-z-]*')" -- "$word")
	fi # anything else: files
}
complete -o default -F _chatmill chatmill
