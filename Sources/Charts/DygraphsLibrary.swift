import CDygraphs

/// The chart library of the pages, as the machine that built the program had it.
///
/// It is embedded at build time and not read when a page is written: a page is the same wherever the program runs, and the nodes of a cluster need nothing.
package struct DygraphsLibrary: Sendable {
    let script: String
    let style: String
    let license: String

    /// nil where the library was missing when the program was built: charts are static then.
    package static let embedded: DygraphsLibrary? = {
        guard let script = text(EBM_DYGRAPHS_SCRIPT), let synchronizer = text(EBM_DYGRAPHS_SYNCHRONIZER),
            let style = text(EBM_DYGRAPHS_STYLE),
            let license = text(EBM_DYGRAPHS_LICENSE)
        else { return nil }
        return DygraphsLibrary(script: script + "\n" + synchronizer, style: style, license: license)
    }()

    /// A file of the library without the addresses of its source maps, which a browser would ask for; nil where there is none.
    private static func text(_ file: ebm_dygraphs_file) -> String? {
        let length = ebm_dygraphs_length(file)
        guard length > 0, let bytes = unsafe ebm_dygraphs_bytes(file) else { return nil }
        let whole = unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
        return whole.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("sourceMappingURL=") }.joined(
            separator: "\n")
    }
}
