#!/bin/sh
# Tells Tocsin of a notification of Icinga 2: tocsin-icinga2.sh [FILE]. The NotificationCommand gives the values as
# environment. FILE sets TOCSIN_URL and TOCSIN_TOKEN.
set -u
LC_ALL=C
export LC_ALL

# One line of JSON text out of anything: no control characters, quotes and backslashes escaped.
text() {
    printf '%s' "$1" | tr '\011\012\015' '   ' | tr -d '\000-\037\177' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
}

config=${1:-/etc/icinga2/tocsin.conf}
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

for macro in NOTIFICATIONTYPE NOTIFICATIONAUTHOR NOTIFICATIONCOMMENT HOSTNAME HOSTDISPLAYNAME HOSTADDRESS HOSTSTATE \
    HOSTOUTPUT HOSTNOTESURL SERVICENAME SERVICEDISPLAYNAME SERVICESTATE SERVICEOUTPUT SERVICENOTESURL TIMET; do
    eval "value=\${$macro:-}"
    add "$(printf '%s' "$macro" | tr '[:upper:]' '[:lower:]')" "$value"
done

# The token goes through a pipe: in the arguments everybody on this host could read it.
printf 'header = "Authorization: Bearer %s"\n' "$TOCSIN_TOKEN" | curl --config - \
    --silent --show-error --fail --output /dev/null --max-time 20 --retry 3 --retry-delay 2 \
    --header 'Content-Type: application/json' --data-binary "{${body#,}}" "$TOCSIN_URL"
