#!/bin/sh
# Tells Tocsin of a notification of Nagios: tocsin-nagios.sh [FILE]. The macros come as environment, by their own
# names or as NAGIOS_... (enable_environment_macros=1). FILE sets TOCSIN_URL and TOCSIN_TOKEN.
set -u
LC_ALL=C
export LC_ALL

# One line of JSON text out of anything: no control characters, quotes and backslashes escaped.
text() {
    printf '%s' "$1" | tr '\011\012\015' '   ' | tr -d '\000-\037\177' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
}

config=${1:-/etc/nagios4/tocsin.conf}
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

for macro in NOTIFICATIONTYPE NOTIFICATIONAUTHOR NOTIFICATIONCOMMENT NOTIFICATIONNUMBER HOSTNAME HOSTALIAS HOSTADDRESS \
    HOSTSTATE HOSTOUTPUT LONGHOSTOUTPUT HOSTPROBLEMID HOSTNOTESURL SERVICEDESC SERVICESTATE SERVICEOUTPUT \
    LONGSERVICEOUTPUT SERVICEPROBLEMID SERVICENOTESURL SERVICEACTIONURL SERVICEGROUPNAME HOSTGROUPNAME TIMET; do
    eval "value=\${$macro:-\${NAGIOS_$macro:-}}"
    # A macro that this notification does not have stays as it is written.
    if [ "$value" != "\$$macro\$" ]; then
        add "$(printf '%s' "$macro" | tr '[:upper:]' '[:lower:]')" "$value"
    fi
done

# The token goes through a pipe: in the arguments everybody on this host could read it.
printf 'header = "Authorization: Bearer %s"\n' "$TOCSIN_TOKEN" | curl --config - \
    --silent --show-error --fail --output /dev/null --max-time 20 --retry 3 --retry-delay 2 \
    --header 'Content-Type: application/json' --data-binary "{${body#,}}" "$TOCSIN_URL"
