import Numerics

extension ConvolutionMap {
    func apply(_ x: Matrix, _ copies: WeightCopies, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        let packed = packedForward(copies)
        let lineFloats = padded.width * input.channels
        forEachGroup(rows: x.rows) { images in
            let source = padded.operand(x.rows(images), packed.precision, scratch: scratch)
            let product = PatchProduct(
                grid: .init(images: images.count, height: output.height, width: output.width),
                source: .init(image: padded.step(packed.precision), line: stride * lineFloats, position: stride * input.channels),
                target: .init(image: output.count, line: output.width * outputs, position: outputs), segmentStride: lineFloats)
            product.multiply(source, packed, into: y, at: images.lowerBound * output.count, epilogue)
        }
    }

    func applyTranspose(_ delta: Matrix, _ copies: WeightCopies, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        if let blockGradient {
            return forEachGroup(rows: gradient.rows) { images in
                let part = delta.rows((images.lowerBound * positions)..<(images.upperBound * positions))
                blockGradient.apply(part, packedBackward(copies), scratch: scratch, into: gradient.rows(images))
                epilogue.apply(to: gradient.rows(images), startingAt: images.lowerBound)
            }
        }
        guard usesPhases else { return applyTransposeByColumns(delta, copies, scratch: scratch, into: gradient, epilogue) }
        if kernel < stride {
            // pixels between the kernels get nothing but what the epilogue adds, which the products would bring to the others alone
            if case .activate = epilogue {
                applyTranspose(delta, copies, scratch: scratch, into: gradient, .none)
                return epilogue.apply(to: gradient)
            }
            gradient.fill(0)
        }
        let lineFloats = paddedDelta.width * outputs
        forEachGroup(rows: gradient.rows) { images in
            let part = delta.rows((images.lowerBound * positions)..<(images.upperBound * positions))
            let source = paddedDelta.operand(part, copies.precision.backward, scratch: scratch)
            forEachPhase(copies) { y, x, packed in
                let product = PatchProduct(
                    grid: .init(images: images.count, height: y.count, width: x.count),
                    source: .init(image: paddedDelta.step(packed.precision), line: lineFloats, position: outputs),
                    target: .init(image: input.count, line: stride * input.width * input.channels, position: stride * input.channels),
                    segmentStride: lineFloats)
                let start = (y.firstOutput + paddedDelta.before) * lineFloats + (x.firstOutput + paddedDelta.before) * outputs
                let pixel = (images.lowerBound * input.height + y.first) * input.width + x.first
                product.multiply(source, from: start, packed, into: gradient, at: pixel * input.channels, epilogue)
            }
        }
    }

    func addWeightGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        let run = kernel * input.channels
        guard run % 16 == 0 || outputs % 16 == 0 else { return addWeightGradientByColumns(x, delta, scratch: scratch, into: gradient) }
        let lineFloats = padded.width * input.channels
        let (places, patches) = (
            PositionGrid.Steps(image: output.count, line: output.width * outputs, position: outputs),
            PositionGrid.Steps(image: padded.imageCount, line: stride * lineFloats, position: stride * input.channels)
        )
        forEachGroup(rows: x.rows) { images in
            let source = padded.pad(x.rows(images), into: scratch)
            let delta = delta.rows((images.lowerBound * positions)..<(images.upperBound * positions))
            let grid = PositionGrid(images: images.count, height: output.height, width: output.width)
            if run % 16 == 0 {
                let product = OuterProduct(grid: grid, left: places, right: patches)
                for line in 0..<kernel {
                    let target = OuterProduct.Target(matrix: gradient, start: line * run, rowStride: inputs, columnStride: 1)
                    product.add(delta, rows: outputs, offset: { $0 }, source, from: line * lineFloats, columns: run, to: target)
                }
            } else {
                let product = OuterProduct(grid: grid, left: patches, right: places)
                let target = OuterProduct.Target(matrix: gradient, rowStride: 1, columnStride: inputs)
                product.add(
                    source, rows: inputs, offset: { $0 / run * lineFloats + $0 % run }, delta, columns: outputs, to: target)
            }
        }
    }
}
