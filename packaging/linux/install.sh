#!/bin/sh
# Put Envdesk where this user's desktop finds it, or take it away again; no rights are needed.
#
#   ./install.sh            install, or replace an older version
#   ./install.sh --remove   take away what the installation put there; environments stay
set -eu

here=$(cd "$(dirname "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
program=$HOME/.local/opt/envdesk
command=$HOME/.local/bin/envdesk

remove() {
    rm -rf "$program"
    if [ -L "$command" ]; then rm -f "$command"; fi
    rm -f "$share/applications/envdesk.desktop" "$share/mime/packages/envdesk-mime.xml" \
        "$share/metainfo/app.envdesk.Envdesk.metainfo.xml"
    rm -f "$share"/icons/hicolor/*/apps/envdesk.png "$share"/icons/hicolor/scalable/apps/envdesk.svg
}

refresh() {
    for each in "update-mime-database $share/mime" "update-desktop-database -q $share/applications"; do
        if command -v "${each%% *}" >/dev/null 2>&1; then $each >/dev/null 2>&1 || true; fi
    done
}

case ${1:-} in
--remove)
    remove
    refresh
    echo "Envdesk was removed. Your environments and settings are still there."
    ;;
"")
    remove
    mkdir -p "$program" "$(dirname "$command")" "$share"
    cp -R "$here/lib/envdesk/." "$program/"
    cp -R "$here/share/." "$share/"
    ln -s "$program/envdesk" "$command"
    sed -i "s|^Exec=envdesk|Exec=\"$program/envdesk\"|" "$share/applications/envdesk.desktop"
    refresh
    echo "Envdesk was installed. Look for it among your applications, or run $command"
    ;;
*)
    echo "usage: $0 [--remove]" >&2
    exit 2
    ;;
esac
