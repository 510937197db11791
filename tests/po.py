"""Reading and writing of gettext's .po files, as far as the tests need it."""
import ast
import re

# Languages that are complete: in these a text that is not translated is a failure.
COMPLETE = ["de", "fr", "id", "tr"]

PLACEHOLDER = re.compile(r"\{[a-z0-9-]+\}|%[-0-9.*]*(?:ll|z|l)?[a-zA-Z%]|%[1-9]")


class Message:
    def __init__(self):
        self.context = None
        self.id = ""
        self.plural = None
        self.text = []
        self.flags = set()

    def where(self):
        return self.context if self.context is not None else repr(self.id[:60])


def read(path):
    """All messages of a file but obsolete ones; the header entry is the first."""
    messages, message, field = [], Message(), None
    with open(path, encoding="utf-8") as file:
        for line in list(file) + ["\n"]:
            line = line.rstrip("\n")
            if line.startswith("#~"):
                continue
            if line.startswith("#,"):
                message.flags |= {word.strip() for word in line[2:].split(",")}
                continue
            if line.startswith("#"):
                continue
            if not line:
                if field is not None:
                    messages.append(message)
                message, field = Message(), None
                continue
            found = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$', line)
            if found:
                field, piece = found.group(1), ast.literal_eval(found.group(2))
            else:
                piece = ast.literal_eval(line)
            if field == "msgctxt":
                message.context = (message.context or "") + piece
            elif field == "msgid":
                message.id += piece
            elif field == "msgid_plural":
                message.plural = (message.plural or "") + piece
            elif found:
                message.text.append(piece)
            else:
                message.text[-1] += piece
    return messages


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


def write(path, header, messages):
    """messages: (message, texts) pairs."""
    with open(path, "w", encoding="utf-8") as file:
        file.write('msgid ""\nmsgstr %s\n\n' % quoted(header))
        for message, texts in messages:
            if message.context is not None:
                file.write("msgctxt %s\n" % quoted(message.context))
            file.write("msgid %s\n" % quoted(message.id))
            if message.plural is None:
                file.write("msgstr %s\n\n" % quoted(texts[0]))
            else:
                file.write("msgid_plural %s\n" % quoted(message.plural))
                file.writelines("msgstr[%d] %s\n" % (i, quoted(text)) for i, text in enumerate(texts))
                file.write("\n")
