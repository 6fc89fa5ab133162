#!/bin/sh
# Sign Envdesk.app, put it into a disk image, and have Apple notarise that.
#
#   make-dmg.sh Envdesk.app FILE.dmg
#
# ENVDESK_SIGN_IDENTITY    a "Developer ID Application" identity in the keychain; without it the
#                          application is signed for this machine only, and users must allow it
#                          in System Settings, Privacy & Security
# ENVDESK_NOTARY_PROFILE   a profile that `xcrun notarytool store-credentials` keeps; without it
#                          nothing is sent to Apple
set -eu

application=$1
image=$2
here=$(cd "$(dirname "$0")" && pwd)
identity=${ENVDESK_SIGN_IDENTITY:--}
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT

hardened=""
if [ "$identity" != "-" ]; then hardened="--options runtime --timestamp"; fi
# Inner programs first: a signature covers what lies inside.
find "$application/Contents" -type f \( -name '*.dylib' -o -name '*.so' -o -perm -u+x \) -print |
    while IFS= read -r file; do
        if file "$file" | grep -q 'Mach-O'; then
            # shellcheck disable=SC2086
            codesign --force $hardened --entitlements "$here/entitlements.plist" \
                --sign "$identity" "$file"
        fi
    done
# shellcheck disable=SC2086
codesign --force $hardened --entitlements "$here/entitlements.plist" --sign "$identity" "$application"
codesign --verify --deep --strict "$application"

ditto "$application" "$staging/Envdesk.app"
ln -s /Applications "$staging/Applications"
rm -f "$image"
hdiutil create -volname Envdesk -srcfolder "$staging" -fs HFS+ -format UDZO "$image"

if [ "$identity" != "-" ]; then codesign --timestamp --sign "$identity" "$image"; fi
if [ -n "${ENVDESK_NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$ENVDESK_NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
