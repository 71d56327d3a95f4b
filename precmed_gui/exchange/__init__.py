"""What goes out to other programs: tables first; reports and DICOM objects later."""
