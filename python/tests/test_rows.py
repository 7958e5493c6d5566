"""Rows in the units of the data and the model's values."""

import unittest

import numpy as np

from ebm_dist import CheckpointError, DataError, Rows
from support import needs


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
