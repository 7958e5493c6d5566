import Failures
import Glibc
import Testing

struct TextWidthTests {
    @Test func `the size of a terminal is that of its window, and what is none has none`() {
        let terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(terminal) }
        #expect(terminal >= 0 && TextWidth.columns(ofTerminal: terminal) == 0, "a terminal without a size, as mpirun gives one")
        var size = winsize(ws_row: 24, ws_col: 44, ws_xpixel: 0, ws_ypixel: 0)
        #expect(unsafe ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 && TextWidth.columns(ofTerminal: terminal) == 44)
        let file = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(file) }
        #expect(TextWidth.columns(ofTerminal: file) == 0)
    }
}
