/// The measures of `evaluate`, in the order in which they are made and shown. A new one is declared beside what it finds, and listed here.
extension MeasureKind {
    public static let all = [
        plane, density, distances, smoothness, completion, classes, reconstruction, denoising, outliers, likelihood, meanDiscrepancy,
        steinDiscrepancy, twoSampleTest, features, confidence, precision, memorization,
    ]
}
