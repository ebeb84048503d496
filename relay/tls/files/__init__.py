"""What is made of files of certificates and keys, watched for changes."""
