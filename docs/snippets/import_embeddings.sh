python save_embeddings.py
repscope import embeddings.npy --ids ids.txt --to runs/c
