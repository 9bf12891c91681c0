# Completes the command line of actor in fish. In ~/.config/fish/config.fish: actor completion fish | source
function __actor_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (command actor complete $words[2..] "$current" 2>/dev/null)
        if string match -q -- ':directories*' $line
            __fish_complete_directories $current
        else
            printf '%s\n' $line
        end
    end
end
complete -c actor -k -f -a '(__actor_complete)'
