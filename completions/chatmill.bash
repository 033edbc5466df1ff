# chatmill.bash -- completion for bash: verbs and stages, then the options of the one that is named; and
# those of a stage that is run as the program it is.
_chatmill_options() { # WORD COMMAND...
	local word=$1
	shift
	mapfile -t COMPREPLY < <(compgen -W "$("$@" --help 2>/dev/null | grep -o '^  *--[a-z-]*')" -- "$word")
}
_chatmill() {
	local word=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=()
	if [ "${COMP_WORDS[0]##*/}" != chatmill ]; then
		[[ $word != -* ]] || _chatmill_options "$word" "${COMP_WORDS[0]}"
	elif [ "$COMP_CWORD" -eq 1 ] || [ "$COMP_CWORD/${COMP_WORDS[1]}" = 2/help ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(chatmill --help |
			sed -n 's/^  chatmill \([a-z]*\) .*/\1/p; s/^Stages: //p')" -- "$word")
	elif [[ $word == -* ]]; then
		_chatmill_options "$word" chatmill "${COMP_WORDS[1]}"
	fi # anything else: files
}
complete -o default -F _chatmill chatmill
# Installed under the name of each, as a shell loads it by the name of the program.
mapfile -t _chatmill_stages < <(compgen -c chatmill-)
[ ${#_chatmill_stages[@]} -eq 0 ] || complete -o default -F _chatmill "${_chatmill_stages[@]}"
unset _chatmill_stages
