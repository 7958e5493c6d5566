import Foundation
import Glibc

/// A terminal without a screen: what is typed on it reaches the program that it controls, Ctrl-C as a signal to its foreground processes.
final class PseudoTerminal {
    /// The side that a program opens.
    let path: String
    private var keyboard: Int32

    init() {
        keyboard = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (isLocked, number): (Int32, Int32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN of <asm/ioctls.h>, what unlockpt and ptsname do, which only GNU programs get to see.
        guard keyboard >= 0, unsafe ioctl(keyboard, 0x4004_5431, &isLocked) == 0, unsafe ioctl(keyboard, 0x8004_5430, &number) == 0 else {
            fatalError("no pseudo-terminal: \(unsafe String(cString: strerror(errno)))")
        }
        path = "/dev/pts/\(number)"
    }

    deinit { close() }

    func typeControlC() { _ = unsafe write(keyboard, [3 as UInt8], 1) }

    /// The window is closed.
    func close() {
        if keyboard >= 0 { _ = Glibc.close(keyboard) }
        keyboard = -1
    }
}
