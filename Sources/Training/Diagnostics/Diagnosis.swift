/// What a window of a run's chains says: its figures, and what they mean.
package struct Diagnosis: Sendable {
    package let diagnostics: ChainDiagnostics
    package let findings: [Finding]

    package init(diagnostics: ChainDiagnostics, findings: [Finding]) { (self.diagnostics, self.findings) = (diagnostics, findings) }
}
