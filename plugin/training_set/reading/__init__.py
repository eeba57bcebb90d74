"""Training sets that were there before: COCO, YOLO, and image folders, read one image at a time."""
