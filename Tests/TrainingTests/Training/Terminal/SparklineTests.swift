import Testing
import Training

@Suite struct SparklineTests {
    @Test func `values lie between the lowest and the highest mark, and several share one where the line is short`() {
        #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7], width: 20) == "▁▂▃▄▅▆▇█")
        #expect(Sparkline.text([-1, 1, 1, 3, 9, 9], width: 3) == "▁▂█")
        #expect(Sparkline.text([5, 5], width: 9) == "▅▅")
        #expect(Sparkline.text([.nan, 1, .infinity, 3], width: 9) == "▁█")
        #expect(Sparkline.text([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], width: 2) == "▁█")
        #expect(Sparkline.text([], width: 9) == "" && Sparkline.text([1], width: 0) == "")
    }

    @Test func `a bar is full at the end alone`() {
        #expect(ProgressBar.text(0) == "[>                   ] 0 %")
        #expect(ProgressBar.text(0.5) == "[==========>         ] 50 %")
        #expect(ProgressBar.text(0.9999) == "[===================>] 99 %")
        #expect(ProgressBar.text(1) == "[====================] 100 %" && ProgressBar.text(2) == ProgressBar.text(1))
    }
}
