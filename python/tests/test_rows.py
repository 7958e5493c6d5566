"""Rows in the units of the data and the model's values."""

import json
import pathlib
import unittest

import numpy as np
from ebm_dist import CheckpointError, DataError, Rows
from support import ProgramTest, needs, quick

#: Two numbers with curves, and a column of every other kind, some with gaps.
TABLE = {
    "shape": [10], "columns": ["x"] * 10, "means": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], "deviations": [2, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    "curves": [{"log": {}}, *[{"straight": {}}] * 8, {"knots": {"values": [0, 1, 4], "scores": [-1, 0, 1], "width": 2}}],
    "table": {"isNamed": True, "leftOut": [], "columns": [
        {"name": "flux", "kind": "number"}, {"name": "kind", "kind": "category", "words": ["a", "b"], "missing": 3, "filler": -1},
        {"name": "flag", "kind": "bit", "words": ["no", "yes"], "missing": 1, "filler": 1}, {"name": "hour", "kind": "cyclic", "period": 24},
        {"name": "size", "kind": "ordered", "words": ["1", "2", "10"]}, {"name": "price", "kind": "number"}]}}


class RowsTests(unittest.TestCase):
    def test_levels_become_the_range_and_dequantised_ones_the_middle_of_their_cell(self):
        plain = Rows((2,), levels=5, low=-1, high=1)
        np.testing.assert_allclose(plain.to_model(np.array([[0, 4], [2, 1]])), [[-1, 1], [0, -0.5]])
        cells = Rows((2,), levels=4, low=0, high=1, dequantised=True)
        np.testing.assert_allclose(cells.to_model(np.array([[0, 3]], np.uint8)), [[0.125, 0.875]])
        for rows in (plain, cells):
            np.testing.assert_allclose(rows.to_data(rows.to_model([[0, 3], [1, 2]])), [[0, 3], [1, 2]], atol=1e-6)

    def test_standardised_rows_keep_what_doubles_tell_apart(self):
        rows = Rows((1,), means=[1.6e9], deviations=[60.0])
        np.testing.assert_allclose(rows.to_model(np.array([[1.6e9 + 30], [1.6e9 + 31]])), [[0.5], [31 / 60]], rtol=1e-6)
        np.testing.assert_allclose(rows.to_data([[0.5]]), [[1.6e9 + 30]], rtol=1e-12)

    def test_images_come_in_every_order_that_the_program_takes(self):
        rows, images = Rows((3, 2, 4)), np.arange(48.0).reshape(2, 3, 2, 4)
        for given in (images, images.transpose(0, 2, 3, 1), images.reshape(2, -1)):
            np.testing.assert_array_equal(rows.to_model(given), images)
        gray = np.arange(8.0).reshape(2, 2, 2)
        np.testing.assert_array_equal(Rows((1, 2, 2)).to_model(gray)[:, 0], gray)

    def test_other_shapes_and_units_and_unknown_preparations_are_refused(self):
        with self.assertRaisesRegex(DataError, "N x 3.*found 4 x 2"):
            Rows((3,)).to_model(np.zeros((4, 2)))
        levels = Rows((2,), levels=256)
        for wrong in ([[0.25, 0.5]], [[-0.5, 0.5]], [[0, 256]], [[1.0, 300.0]]):
            with self.assertRaisesRegex(DataError, "0 to 255"):
                levels.to_model(np.array(wrong))
        np.testing.assert_allclose(levels.to_model([[0, 255], [-20.5, 300.5]]), [[-1, 1], [-1.160784, 1.356863]], rtol=1e-6)
        with self.assertRaisesRegex(DataError, "real numbers.*bytes"):
            Rows((2,)).to_model(np.zeros((1, 2), np.uint8))
        with self.assertRaisesRegex(CheckpointError, "'logarithm'"):
            Rows.of_json('{"shape": [2], "logarithm": true}')

    @needs("pandas")
    def test_columns_of_a_table_are_taken_by_name(self):
        import pandas

        table = pandas.DataFrame({"b": [1.0, 2.0], "other": ["x", "y"], "a": [3.0, 4.0]})
        np.testing.assert_array_equal(Rows((2,), columns=["a", "b"]).to_model(table), [[3, 1], [4, 2]])
        with self.assertRaisesRegex(DataError, "c"):
            Rows((2,), columns=["a", "c"]).to_model(table)

    @needs("torch")
    def test_tensors_are_prepared_as_arrays_are_and_have_gradients(self):
        import torch

        for rows in (Rows((2,), levels=5, low=-2, high=1), Rows((2,), means=[1.0, 2.0], deviations=[3.0, 4.0]), Rows((2,))):
            given = torch.tensor([[0.0, 4.0], [2.5, 1.25]], requires_grad=True)
            prepared = rows.to_model_tensor(given)
            np.testing.assert_allclose(prepared.detach(), rows.to_model(given.detach().numpy()), rtol=1e-6)
            np.testing.assert_allclose(rows.to_data_tensor(prepared).detach(), given.detach(), rtol=1e-6, atol=1e-6)
            prepared.sum().backward()
            slope = rows.to_model([[1.0, 1.0]]) - rows.to_model([[0.0, 0.0]])
            np.testing.assert_allclose(given.grad, slope.repeat(2, 0), rtol=1e-6)

    def test_cells_of_a_table_become_coordinates_and_cells_again(self):
        rows = Rows.of_json(json.dumps(TABLE))
        cells = [[np.e**3, "a", "yes", 6, 10, 6], [np.e, None, None, 0.0, "2", 0.5], [1.0, "b", "no", 18, 1.0, -2]]
        expected = [[1, 1, 0, 0, 1, 0, 0, 1, 2, 2], [0, 0, 0, 1, 1, 1, 1, 0, 1, -0.5], [-0.5, 0, 1, 0, 0, 0, 0, -1, 0, -2]]
        np.testing.assert_allclose(rows.to_model(cells), expected, atol=1e-6)
        for found, given in zip(rows.to_data(expected), cells):
            self.assertEqual([found[1], found[2], found[4]], [given[1], given[2], str(int(float(given[4])))])
            np.testing.assert_allclose(found[[0, 3, 5]].astype(float), [given[0], given[3], given[5]], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(rows.to_model([[1.0, "other", "no", 6, 1, 1]])[0, 1:4], [0, 0, 0])

    def test_cells_that_the_training_data_cannot_have_are_refused(self):
        rows = Rows.of_json(json.dumps(TABLE))
        for place, cell, words in (
                (0, -1.0, "above 0"), (0, None, "column 'flux': row 0 from 0.*found nothing"), (2, "maybe", "one of no, yes, found 'maybe'"),
                (3, "noon", "expected a number, found 'noon'"), (4, 3, "one of 1, 2, 10, found '3'")):
            row = [1.0, "a", "no", 6, 1, 1]
            row[place] = cell
            with self.assertRaisesRegex(DataError, words):
                rows.to_model([row])
        with self.assertRaisesRegex(DataError, "6 columns.*found 2"):
            rows.to_model([[1, 2]])
        with self.assertRaisesRegex(CheckpointError, "'colour'"):
            Rows.of_json(json.dumps({**TABLE, "table": {"columns": [{"name": "c", "kind": "colour"}]}}))

    def test_whole_numbers_come_back_as_such(self):
        columns = [{"name": "n", "kind": "whole"}, {"name": "x", "kind": "number"}, {"name": "year", "kind": "whole", "constant": True}]
        rows = Rows.of_json(json.dumps({
            "shape": [3], "columns": ["n", "x", "year"], "means": [1, 0, 7], "deviations": [2, 1, 1],
            "table": {"isNamed": True, "leftOut": [], "columns": columns}}))
        np.testing.assert_allclose(rows.to_model([[1, 0.5, 7], [4, 1, 7]]), [[0, 0.5, 0], [1.5, 1, 0]])
        found = rows.to_data([[0.26, 0.5, 0.2], [0.24, 0.5, -0.2], [-0.6, 2.7, 0]])
        np.testing.assert_array_equal(found.round(6), [[2, 0.5, 7], [1, 0.5, 7], [0, 2.7, 7]])
        self.assertFalse(np.signbit(found).any())
        gaps = Rows.of_json(json.dumps({
            "shape": [2], "means": [1, 0], "deviations": [2, 1], "curves": [{"log": {}}, {"straight": {}}],
            "table": {"isNamed": True, "leftOut": [], "columns": [{"name": "n", "kind": "whole", "missing": 1, "filler": 3}]}}))
        cells = gaps.to_data([[0.5, 0], [-9, 0], [0, 1]]).tolist()
        self.assertEqual(cells, [[7], [1], [None]])
        self.assertIsInstance(cells[0][0], int)

    @needs("torch")
    def test_a_table_with_words_has_no_tensors(self):
        import torch

        with self.assertRaisesRegex(DataError, "found a tensor"):
            Rows.of_json(json.dumps(TABLE)).to_model_tensor(torch.zeros(1, 6))


@needs("torch", "pandas")
class TableProgramTests(ProgramTest):
    def test_energies_of_a_table_with_words_gaps_and_curves_are_the_program_s(self):
        import pandas

        random = np.random.default_rng(3)
        table = pandas.DataFrame({
            "kind": random.choice(["a", "b", "c"], 60), "flag": random.choice(["no", "yes"], 60), "hour": random.uniform(0, 24, 60),
            "size": random.choice([1, 2, 10], 60), "mass": random.normal(4000, 500, 60), "flux": np.exp(random.normal(0, 1, 60))})
        for name, share in (("kind", 0.2), ("flag", 0.1), ("mass", 0.3)):
            table.loc[random.random(60) < share, name] = None
        table.to_csv("table.csv", index=False)
        run = quick("table", data={
            "source": "table.csv", "kinds": ["hour=cyclic:24", "size=ordered"], "standardize": True, "scale": ["mass=quantile", "flux=log"]})
        energies = run.model()(pandas.read_csv("table.csv")).detach().numpy()
        np.testing.assert_allclose(energies, run.energy(str(pathlib.Path("table.csv").resolve())), rtol=1e-4, atol=1e-5)
