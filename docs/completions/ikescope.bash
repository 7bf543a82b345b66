# bash completion for ikescope(1)
_ikescope() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'read decode extract watch filter assert check-psk explain help --help --version' -- "$word")
    return
  fi
  case $before in
    --format) [[ ${COMP_WORDS[1]} = assert ]] && words='text junit tap json github' || words='text json ndjson asa'; [[ ${COMP_WORDS[1]} = watch ]] && words='text ndjson' ;;
    --expect | -e | --within) return ;;
    --interface | -i) words=$(cd /sys/class/net 2>/dev/null && echo *) ;;
    --user) mapfile -t COMPREPLY < <(compgen -u -- "$word"); return ;;
    --expect-file | --save-pcap | --write | -w) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --states) words='asa ios libreswan' ;;
    --color) words='auto always never' ;;
    --peer | --patience | --port | --packet | --max-exchanges | --filter | --buffer | --snaplen | --on-stall | --metrics | --write-size | --write-files) return ;;
    --keys | --keys-from | --psk-file | --ca)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    *)
      case ${COMP_WORDS[1]} in
        read) words='--all --ca --color --follow --format --help --keys --keys-from --max-exchanges --merge --patience --peer --port --psk-file --states --summary --verbose -v -vv' ;;
        assert) words='--all --color --expect --expect-file --format --help --interface --patience --port --save-pcap --within' ;;
        watch) words='--buffer --color --decap --esp --filter --format --help --interface --max-exchanges --metrics --no-sandbox --on-stall --patience --peer --port --snaplen --syslog --table --user --verbose --write --write-files --write-size' ;;
        filter) words='--decap --esp --filter --help --port' ;;
        extract) words='--anonymise --help --port -w' ;;
        decode) words='--ca --help --keys --keys-from --packet --port --psk-file' ;;
        check-psk) words='--help --keys --keys-from --port --psk-file' ;;
        help) words='read decode extract watch filter assert check-psk explain' ;;
        explain) words=$(ikescope explain 2>/dev/null | awk '/^[a-zA-Z]/ { print $1 }') ;;
      esac
      if [[ ${COMP_WORDS[1]} = @(read|decode|extract|assert|check-psk) && $word != -* ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _ikescope ikescope
