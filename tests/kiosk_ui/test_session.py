from kiosk_ui.session import SCALES, Session, wipe


def test_the_size_key_goes_through_all_sizes_and_back() -> None:
    session = Session()
    scales = []
    for _ in range(4):
        scales.append(session.scale)
        session = session.larger()
    assert scales == [*SCALES, SCALES[0]]


def test_after_a_wipe_the_next_visitor_finds_nothing_of_the_last() -> None:
    chosen = Session().larger().with_contrast_switched().with_speech_switched()
    assert chosen != Session()
    assert wipe() == Session()
