"""Command: passwords among the arguments of known programs, and after options whose names say so."""

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.access.rule import Rule, Span, is_marked, pattern
from bot.domain.access.secret_name import is_secret_name
from bot.domain.access.secret_pair import is_harmless_value
from bot.domain.access.value import is_placeholder, is_prose

LONGEST_COMMAND: Final = 400
"""Characters after a program's name in which its options are looked for."""

_GLUED_P: Final = r"-p(?P<a>[^\s\"'\\=:]\S*|'[^']+'|\"[^\"]+\")"
_APART: Final = r"[ =]{1,2}(?P<b>'[^'\n]+'|\"[^\"\n]+\"|[^\s\"'-]\S*)"
_TOOLS: Final[dict[str, str]] = {
    "mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlbinlog mariadb mariadb-dump "
    "xtrabackup": _GLUED_P,
    "7z 7za 7zr rar unrar": r"-h?p(?P<a>[^\s\"']{4,}|'[^']+'|\"[^\"]+\")",
    "sshpass": r"-p ?(?P<a>[^\s\"']\S*|'[^']+'|\"[^\"]+\")",
    "redis-cli keydb-cli valkey-cli": rf"(?:-a|--pass){_APART}",
    "mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat docker podman nerdctl helm az oc "
    "rabbitmqadmin cqlsh rdesktop evil-winrm vncdo psexec PsExec psexec64 PsExec64 netexec "
    "nxc crackmapexec racadm ncftpput ncftpget twine mc xmpp ejabberdctl ocm ftp": rf"-p{_APART}",
    "ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd slapcat": r"-w[ =]{0,2}"
    r"(?P<b>'[^'\n]+'|\"[^\"\n]+\"|[^\s\"'-]\S*)",
    "sqlcmd bcp isql osql tsql zip unzip zipcloak mosquitto_pub mosquitto_sub ipmitool "
    "amqp-publish": rf"-P{_APART}",
    "snmpget snmpwalk snmpset snmpbulkwalk snmptrap": rf"-[AXc]{_APART}",
    "openssl": rf"-(?:k|passin|passout|pass){_APART}",
    "xfreerdp wfreerdp freerdp": r"/p:(?P<a>\S+)",
    "smbclient winexe rpcclient smbget wmic": r"(?:(?:-U|--user)[ =]?[\"']?[^\s%\"']{1,64}%(?P<a>[^\s\"']+)|"
    r"(?://|\\\\)\S+ +(?P<b>[^\s-][^\s:]*)(?=\s+-))",
    "curl wget http https xh httpie etcdctl": r"(?:-u[ =]{0,2}|"
    r"(?:-a|-U|--user|--proxy-user|--auth)[ =]{1,2})[\"']?"
    r"(?!\d{1,10}:)[^\s:\"'@]{1,64}:(?P<a>[^\s\"'\\]+)",
    "htpasswd": r"-\w*b\w* +\S+ +\S+ +(?P<a>\S+)",
    "vault": r"login +(?:-\S+ +){0,4}(?P<a>(?!-)\S{16,})",
    "useradd usermod": rf"-p{_APART}",
    "keytool jarsigner": rf"-(?:store|key|src|dest)[a-z]*pass{_APART}",
    "net": r"(?:use .{0,120}?/user:\S+ +(?P<a>[^\s/]\S+)|use (?:[A-Za-z]: |"
    r"\* )?\\{2,4}\S+ +(?P<b>[^\s/*]\S+)|"
    r"user \S+ (?P<c>[^\s/*]\S+)(?=\s*(?:/|$)))",
    "rabbitmqctl": r"(?:add_user|change_password) +\S+ +(?P<a>[^\s-]\S*)",
    "kinit keepassxc-cli": r"[^<\n]{0,120}<<< *(?P<a>\S+)",
    "ansible-vault": r"encrypt_string +(?P<a>'[^'\n]+'|\"[^\"\n]+\")",
    "lftp": r"-[up] ?(?:[^\s,]{1,64},)?(?P<a>[^\s-]\S*)",
    "cmdkey": r"/p(?:ass)?:(?P<a>\S+)",
    "rclone": r"obscure +(?P<a>[^\s-]\S*)",
}
_FLAGS: Final = {
    tool: re.compile(rf"(?<!\S){flag}", re.ASCII) for tools, flag in _TOOLS.items() for tool in tools.split()
}
_TOOL: Final = re.compile(
    rf"(?:(?<![\w./-])|"
    rf"(?<=bin/))(?P<tool>{'|'.join(sorted(map(re.escape, _FLAGS), key=len, reverse=True))})(?:\.exe)?(?="
    rf"[ \t])",
    re.ASCII,
)
_END: Final = re.compile(r"[\n|;]|&&|(?<!\\)\\n", re.ASCII)
_OPTION: Final = re.compile(
    r"-(?<![\w-]-)-?(?P<name>[A-Za-z][\w.-]*+)(?:[ \t]{1,3}|[ \t]?=[ \t]?)(?P<value>'[^'\n]++'|"
    r"\"[^\"\n]++\"|(?!-)[^\s\"']++)",
    re.ASCII,
)


def _find_arguments(text: str) -> Iterator[Span]:
    tools = list(_TOOL.finditer(text))
    for place, found in enumerate(tools):
        end = found.end() + LONGEST_COMMAND
        if place + 1 < len(tools):
            end = min(end, tools[place + 1].start())
        stop = _END.search(text, found.end(), min(end, len(text)))
        end = stop.start() if stop else min(end, len(text))
        yield end, end
        for flag in _FLAGS[found["tool"]].finditer(text, found.end(), end):
            yield from _argument(flag, text)


def _argument(flag: re.Match[str], text: str) -> Iterator[Span]:
    group = flag.lastgroup or 0
    start, end = flag.span(group)
    start, end = _bare(text, start, end)
    value = text[start:end]
    if not value or is_marked(text, start, end) or _is_port(value) or is_harmless_value(value, ""):
        return
    if value.startswith("pass:"):
        start += 5
    elif value.startswith(("file:", "env:", "fd:", "stdin")):
        return
    if start < end and not is_marked(text, start, end):
        yield start, end


def _is_port(value: str) -> bool:
    """``-p 8080:80`` publishes a port; ``-p tcp`` is a protocol."""
    return (
        re.fullmatch(
            r"[\d.:/-]+(?:tcp|udp)?|tcp|udp|[a-z]{1,4}|[\w./-]+\.(?:zip|7z|rar|t?gz|tar|pem|crt|sql|txt|"
            r"json|ya?ml|conf|py|sh)",
            value,
        )
        is not None
    )


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in "\"'":
        start += 1
    while start < end and text[end - 1] in "\"'\\,;)]}`":
        end -= 1
    return start, end


def _find_options(text: str) -> Iterator[Span]:
    for found in _OPTION.finditer(text):
        if not (
            is_secret_name(found["name"])
            or found["name"].lower() in {"pass", "apikey", "pw", "passin", "passout"}
        ):
            yield found.start(), found.start()
            continue
        start, end = _bare(text, *found.span("value"))
        value = text[start:end]
        if not value or is_marked(text, start, end):
            continue
        spared = is_placeholder(value) or is_prose(value) or is_harmless_value(value, found["name"])
        yield start, (start if spared or (value.isdigit() and len(value) < 4) else end)  # noqa: PLR2004


COMMANDS: Final = (
    Rule(
        name="argument of a program",
        clue=rf"(?:{'|'.join(sorted(map(re.escape, _FLAGS), key=len, reverse=True))})(?:\.exe)?(?:[ \t]|\\t)",
        find=_find_arguments,
        matches=(
            "mysqldump -uroot -phunter2 shop",
            "sshpass -p hunter2 ssh x",
            "curl -fsS -u admin:hunter2 http://x",
        ),
        misses=("mysql -P 3306 -p", "docker run -p 8080:80 -u 1000:1000 x", "curl -u bob https://x"),
    ),
    Rule(
        name="option",
        clue=r"-[a-z0-9_.-]*(?:pass|pw|secret|token|key|cred|auth|cookie|jwt|bearer|session)",
        find=_find_options,
        matches=("run --password hunter2", "app -apikey 8fj3kd", "x --db-pass 'hunter 2'"),
        misses=("--password-file x", "--token is missing", "--auth-type basic"),
    ),
    Rule(
        name="password piped in",
        clue=r"echo ",
        find=pattern(
            r"echo (?:-n )?[\"']?(?:(?P<user>[^\s:\"'|]{1,64}):)?(?P<secret>[^\s\"'|]{3,})[\"']? ?\| "
            r"?(?:sudo )?(?:chpasswd|sudo -S|passwd --stdin|"
            r"cryptsetup|docker login|gh auth login)",
            spare=lambda found: is_placeholder(found["secret"]),
        ),
        matches=(
            "echo hunter2 | sudo -S ls",
            "echo 'bob:hunter2' | chpasswd",
            "echo hunter2 | passwd --stdin bob",
        ),
        misses=("echo hello | wc", "echo $X", "sudo -S ls"),
    ),
)
