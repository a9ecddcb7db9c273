"""MobileNetV2 trained on synthetic images, by convopt and by others."""
