"""The rows of a tokens file as PyTorch's models take them, for the programs beside this one."""
import h5py, numpy as np, torch


class PackedRows:
    """Labels, splits, class names, and the ids of any rows."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.offsets, self.ids = file["offsets"][:], file["tokens"][:]
            self.labels, self.split = file["labels"][:], file["split"][:]
            names = file["class_names"][:]
        self.names = [x.decode() if isinstance(x, bytes) else x for x in names]

    def labelled(self, split):
        """The rows of a split (0 train, 1 validation, 2 test) that have a label."""
        return np.flatnonzero((self.split == split) & (self.labels >= 0))

    def length(self, row):
        return self.offsets[row + 1] - self.offsets[row]

    def targets(self, rows):
        return torch.from_numpy(self.labels[rows].astype(np.int64))

    def padded(self, rows):
        """Ids and mask, padded to the longest text of these rows."""
        texts = [torch.from_numpy(self.ids[self.offsets[row]:self.offsets[row + 1]].astype(np.int64)) for row in rows]
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(t) for t in texts], batch_first=True)
        return dict(input_ids=torch.nn.utils.rnn.pad_sequence(texts, batch_first=True), attention_mask=mask)
