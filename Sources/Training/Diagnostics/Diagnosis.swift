/// What a window of a run's chains says: its figures, and sentences that begin with `good:`, `look:` or `bad:`.
package struct Diagnosis: Sendable {
    package let diagnostics: ChainDiagnostics
    package let findings: [String]

    package init(diagnostics: ChainDiagnostics, findings: [String]) { (self.diagnostics, self.findings) = (diagnostics, findings) }
}
