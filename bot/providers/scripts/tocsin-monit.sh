#!/bin/sh
# Tells Tocsin of an event of Monit: exec "/usr/local/bin/tocsin-monit.sh [FILE]". Monit gives MONIT_... as
# environment. FILE sets TOCSIN_URL and TOCSIN_TOKEN, and SEVERITY if it is not critical.
set -u
LC_ALL=C
export LC_ALL

# One line of JSON text out of anything: no control characters, quotes and backslashes escaped.
text() {
    printf '%s' "$1" | tr '\011\012\015' '   ' | tr -d '\000-\037\177' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
}

config=${1:-/etc/monit/tocsin.conf}
if [ -r "$config" ]; then
    # shellcheck source=/dev/null
    . "$config"
fi
if [ -z "${TOCSIN_URL:-}" ] || [ -z "${TOCSIN_TOKEN:-}" ]; then
    echo "tocsin: TOCSIN_URL and TOCSIN_TOKEN must stand in $config" >&2
    exit 2
fi

body=""
add() {
    if [ -n "$2" ]; then
        body="$body,\"$1\":\"$(text "$2")\""
    fi
}

add host "${MONIT_HOST:-}"
add service "${MONIT_SERVICE:-}"
add event "${MONIT_EVENT:-}"
add description "${MONIT_DESCRIPTION:-}"
add date "${MONIT_DATE:-}"
add severity "${SEVERITY:-}"

# The token goes through a pipe: in the arguments everybody on this host could read it.
printf 'header = "Authorization: Bearer %s"\n' "$TOCSIN_TOKEN" | curl --config - \
    --silent --show-error --fail --output /dev/null --max-time 20 --retry 3 --retry-delay 2 \
    --header 'Content-Type: application/json' --data-binary "{${body#,}}" "$TOCSIN_URL"
