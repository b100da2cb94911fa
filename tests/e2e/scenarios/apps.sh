# shellcheck shell=bash
# The samples with real applications. Their images are made of packages of the Python package index.

source "$SCRIPTS/python.sh"

# The system's Python with the packages of an image.
python_of() { # LIST PROGRAM ARGUMENT...
	local packages
	packages=$(python_packages "$1")
	shift
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$packages "$PYTHON" "$@"
}

page_of() { # NAME
	python_of streamlit "$ROOT/tests/e2e/streamlit_page.py" "$(kubectl get service "$1" -o jsonpath='{.spec.clusterIP}')"
}

a_streamlit_app_out_of_a_repository_shows_its_page() {
	load_image "$(python_archive streamlit)"
	kubectl apply -f "$ROOT/manifests/samples/streamlit.yaml"
	until_ready streamlit 240
	equals "$(page_of streamlit)" "$(printf '%s\n' 'What fruit costs' '2 kg of apples cost 3.60' '2 kg of pears cost 4.70')"
}

# Trains a model and puts it where the sample fetches it.
publish_iris() { # VERSION DEPTH
	local folder file
	folder=$(mktemp -d)
	python_of mlserver "$SCRIPTS/python/train.py" "$folder" "$1" "$2"
	for file in model.joblib model-settings.json; do s3_put "models/iris/$file" "@$folder/$file"; done
	rm -rf "$folder"
}

# The model's version, and its answer for a flower that a tree of depth 1 gets wrong.
prediction() {
	request model-server/v2/models/iris/infer --header 'Content-Type: application/json' \
		--data '{"inputs": [{"name": "measures", "shape": [1, 4], "datatype": "FP64", "data": [6.5, 3.0, 5.5, 2.0]}]}' |
		jq -r '"version \(.model_version): \(.outputs[0].data[0])"'
}

predicts() { equals "$(prediction)" "$1"; } # TEXT

a_model_server_predicts_with_a_model_and_then_with_its_next_version() {
	local pod
	load_image "$(python_archive mlserver)"
	publish_iris 1 1
	kubectl apply -f "$ROOT/manifests/samples/model-server.yaml"
	until_ready model-server 300
	first_request model-server/v2/health/ready
	predicts 'version 1: 1'
	pod=$(pods_of model-server)
	publish_iris 2 4
	eventually 120 predicts 'version 2: 2'
	equals "$(pods_of model-server) $(field pod "$pod" '{.status.containerStatuses[0].restartCount}')" "$pod 0"
}
