import CMalloc

/// What the allocator has given out and not got back.
enum LiveMemory {
    /// Of all threads, pieces of whole pages included.
    static var bytes: Int {
        let information = mallinfo2()
        return Int(information.uordblks) + Int(information.hblkhd)
    }
}
