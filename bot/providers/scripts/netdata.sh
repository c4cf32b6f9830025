SEND_CUSTOM="YES"
DEFAULT_RECIPIENT_CUSTOM="tocsin"

custom_sender() {
    tocsin_text() {
        printf '%s' "$1" | tr '\011\012' '  ' | tr -d '\000-\037\177' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
    }
    local body="" field
    for field in host chart name status old_status alarm info value_string when goto_url; do
        body="$body,\"$field\":\"$(tocsin_text "${!field}")\""
    done
    if [ "$(docurl -X POST -H 'Authorization: Bearer <token>' -H 'Content-Type: application/json' \
        --data-binary "{${body#,}}" '<url>')" = "200" ]; then
        sent=$((sent + 1))
        info "sent $host $chart.$name is $status to Tocsin"
    else
        error "failed to send $host $chart.$name is $status to Tocsin"
    fi
}
