import json, os, pytest
from tests.support.breaking import BREAKERS
from tests.support.checking import checked_deeply
from gui.presenting.health import *
from gui.presenting.repairs import repair_label, repair_sentence
from PySide6.QtWidgets import QApplication
OUT="/tmp/envdesk/scratch-words/cards.jsonl"
@pytest.mark.parametrize("breaker", BREAKERS, ids=lambda b: b.__name__)
def test_dump(ward, breaker):
    broken = breaker(ward)
    prefix = broken.prefix or ward.prefix
    deep = ward.worker.call(checked_deeply, prefix, ward.root, broken.environ, broken.today)
    with open(OUT,"a") as f:
        for x in deep.findings:
            w=explain_finding(x)
            f.write(json.dumps({"breaker":breaker.__name__,"code":x.code.value,"gravity":gravity_word(x.gravity),"since":since_text(x),"sentence":w.sentence,"meaning":w.meaning,"why":w.why,"advice":w.advice,"terms":w.terms,"choice":x.is_choice,"repairs":[(repair_sentence(s),repair_label(s)) for s in x.repairs],"evidence":[evidence_text(e,x.prefix) for e in x.evidence][:4]})+"\n")
