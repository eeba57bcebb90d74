"""The training set: finished reviews as COCO and YOLO, with their images."""
