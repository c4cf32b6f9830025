"""Language: "the password ... is ..." as people write it, in some twenty languages, with words in between."""

import re
from typing import Final

from bot.domain.access.rule import Rule, pattern
from bot.domain.access.secret_prose import is_named, said, wordy

_FOREIGN: Final = (
    "passwort|kennwort|losungswort|mot de passe|mots de passe|(?<![A-Za-z0-9])mdp|contraseña|contrasena|"
    "contrasenya|clave|senha|palavra-passe|пароль|пароля|пароли|ключ|"
    "密码|密碼|口令|密钥|パスワード|暗証番号|비밀번호|암호|parola|parolă|wachtwoord|hasło|haslo|heslo|"
    "lösenord|salasana|adgangskode|passord|kodeord|şifre|jelszó|jelszav|mật khẩu|كلمة المرور|كلمة السر|"
    "סיסמה|סיסמא|κωδικός|kata sandi|"
    "лозинка|(?:wlan|wifi|netzwerk)-?schlüssel|password(?= (?:del|dell|della|per|di|do|da|de|du|"
    "pour|für|von|voor|van|till|til|för|dla|pro|para|untuk)[ '’])"  # noqa: RUF001
)
_FOREIGN_CLUE: Final = (
    re.sub(r"\(\?=(.*)\)$", r"\1", _FOREIGN)
    .replace("|(?<![A-Za-z0-9])mdp|", r"|(?:^|\\[nrt]|[^a-z0-9])mdp|")
    .replace("schlüssel", "schl")
    + "|Пароль|ПАРОЛЬ|Contraseña|CONTRASEÑA|HASŁO|Ключ|LÖSENORD|Şifre|Jelszó|JELSZÓ|Mật khẩu|MẬT KHẨU|Κωδικός"
)
_IS: Final = (
    "ist|lautet|war|est|es|és|é|è|e|ser[aá]|is|was|jest|to|je|är|er|este|είναι|это|це|は|是|为|為|"
    "이|은|는|이다|이며"
)
_LINK: Final = (
    rf"[:=：＝—–-]|=>|->|{_IS}|on|var|adalah|là|"  # noqa: RUF001
    "neu|jetzt|now|nouveau|ahora|agora|已?改为|已?改為|设为|"
    "现在|現在|现为|현재|teraz|теперь|такой|nu|ora|adesso|maintenant"
)
_ENDED: Final = re.compile(
    r"abgelaufen|gesperrt|zurückgesetzt|expir|caduc|scadut|vencid|verlopen|wygas|vypr|истек|сброшен|изменен|"
    r"неверн|поменял|изменил|primari|foránea|ajena|estrangeira|única|кэша|кеша|sesi[óo]n",
    re.IGNORECASE,
)
"""Words in between after which no value follows, but why there is none or which thing is meant."""


def _foreign(found: re.Match[str]) -> bool:
    return said(found) if found["link"] else wordy(found)


def _foreign_apart(found: re.Match[str]) -> bool:
    secret = found["secret"].strip("\"'`.,;:!?()[]")
    if said(found) or is_named(secret) or _ENDED.search(found["gap"]):
        return True
    return ":" in secret and secret.partition(":")[2].isdigit()


LANGUAGES: Final = (
    Rule(
        name="password in another language",
        clue=_FOREIGN_CLUE,
        find=pattern(
            rf"(?:{_FOREIGN})[^\W\d_]{{0,4}}?[\"'»”]?"
            rf"[ \t\u3000\xa0]{{0,3}}(?P<link>(?:(?:{_LINK})[ "
            rf"\t\u3000\xa0]{{0,3}}){{0,3}}+)[\"'«“「『]?(?P<secret>[!-~]{{4,128}})",
            spare=_foreign,
            flags=re.IGNORECASE | re.UNICODE,
        ),
        matches=("Das Passwort lautet hunter22", "новый пароль: hunter22", "密码：hunter22"),  # noqa: RUF001
        misses=("Passwort: falsch", "пароль: неверный", "la contraseña es incorrecta"),
    ),
    Rule(
        name="password in another language, with words between",
        clue=_FOREIGN_CLUE,
        find=pattern(
            rf"(?:{_FOREIGN})[^\W\d_]{{0,4}}"
            r"(?P<gap>[ \t\u3000\xa0]?[(（][^()（）\n]{1,40}[)）]|"  # noqa: RUF001
            r"(?:[ \t\xa0]{1,2}\w[\w'’./@-]{0,30}){1,6}?)"  # noqa: RUF001
            rf"(?:[ \t\xa0]{{0,2}}(?:[:=：＝]|=>|->)|"  # noqa: RUF001
            rf"[ \t\xa0]{{1,2}}(?:{_IS}|—|–|-)(?=[ \t\xa0:]))"  # noqa: RUF001
            rf"(?:[ \t\xa0]{{0,3}}(?:{_LINK}))?[ \t\u3000\xa0]{{0,3}}[\"'«“「『]?(?P<secret>[!-~]{{5,128}})",
            spare=_foreign_apart,
            flags=re.IGNORECASE | re.UNICODE,
        ),
        matches=(
            "Das Passwort für den Backup-Server lautet: Schwarz88",
            "A senha do banco de testes é Caju*31",
            "Пароль от базы: Zimorodok_41",
        ),
        misses=(
            "Passwort für Nutzer x abgelaufen",
            "Hasło do panelu: brak",
            "La contraseña del usuario app1 es incorrecta",
        ),
    ),
)
