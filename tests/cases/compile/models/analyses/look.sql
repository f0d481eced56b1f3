select * from {{ ref('plain_reader') }} -- {{ model.name }} {{ graph.nodes['model.shop.raw'].name }}
