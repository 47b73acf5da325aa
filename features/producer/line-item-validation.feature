@producer
Feature: Mistakes in line items
  A mistake in a line item costs a customer tokens or gives them away. The server refuses it and names every mistake
  at once, so that the producer corrects them in one go.

  Background:
    Given an instance of account "GLOBEX"

  @DM-LINE-013
  Scenario Outline: A line item with <mistake> is refused
    When the producer maps the line item:
      """
      <body>
      """
    Then the answer has status 400

    Examples:
      | mistake          | body                                                                                                            |
      | no activation ID | {"state": "DEPLOYED", "quantity": 5, "start": 1, "end": 2, "attributes": {}}                                    |
      | no state         | {"activationId": "A", "quantity": 5, "start": 1, "end": 2, "attributes": {}}                                    |
      | no quantity      | {"activationId": "A", "state": "DEPLOYED", "start": 1, "end": 2, "attributes": {}}                              |
      | no attributes    | {"activationId": "A", "state": "DEPLOYED", "quantity": 5, "start": 1, "end": 2}                                 |
      | quantity 0       | {"activationId": "A", "state": "DEPLOYED", "quantity": 0, "start": 1, "end": 2, "attributes": {}}               |
      | quantity as text | {"activationId": "A", "state": "DEPLOYED", "quantity": "5", "start": 1, "end": 2, "attributes": {}}             |
      | an unknown state | {"activationId": "A", "state": "SLEEPING", "quantity": 5, "start": 1, "end": 2, "attributes": {}}               |

  @DM-LINE-015 @DM-LINE-016 @DM-LINE-017
  Scenario: All mistakes are named together
    When the producer maps the line item:
      """
      {"activationId": "A", "state": "DEPLOYED", "quantity": "many", "start": 1, "end": 2,
       "attributes": {"elastic": "yes", "colour": "red"}}
      """
    Then the answer has status 400 (DM-LINE-015)
    And the errors mention "$.quantity"
    And the errors mention "$.attributes.elastic"
    And the errors mention "colour" (DM-LINE-015, DM-LINE-016)

  @DM-LINE-016
  Scenario: v1.0 names mistakes under errors
    When the producer maps the line item:
      """
      {"activationId": "A", "state": "DEPLOYED", "quantity": "many", "start": 1, "end": 2, "attributes": {}}
      """
    Then the answer holds:
      | path     | value |
      | errors/0 | *     |

  @DM-LINE-014 @DM-LINE-017
  Scenario: An attribute that nobody knows is refused
    When the producer maps the line item:
      """
      {"activationId": "A", "state": "DEPLOYED", "quantity": 5, "start": 1, "end": 2, "attributes": {"colour": "red"}}
      """
    Then the answer has status 400
    And the errors mention "$.attributes: property 'colour'" (DM-LINE-017)

  @DM-LINE-019
  Scenario: v1.0 does not know a reset frequency
    When the producer maps the line item:
      """
      {"activationId": "A", "state": "DEPLOYED", "quantity": 5, "start": 1, "end": 2,
       "attributes": {"resetFrequency": "MONTHLY"}}
      """
    Then the answer has status 400
    And the errors mention "resetFrequency"

  @DM-LINE-021
  Scenario: An overdraft limit needs its type
    When the producer maps the line item:
      """
      {"activationId": "A", "state": "DEPLOYED", "quantity": 5, "start": 1, "end": 2, "attributes": {"overdraftLimit": 3}}
      """
    Then the answer has status 400

  @DM-LINE-015
  Scenario: What is refused is not stored
    When the producer maps the line item:
      """
      {"activationId": "A", "state": "DEPLOYED", "quantity": 0, "start": 1, "end": 2, "attributes": {"x": 1}}
      """
    Then the errors mention "$.quantity"
    And the errors mention "$.attributes"
    When the producer lists the line items
    Then the answer holds a list of 0

  @DM-LINE-018
  Scenario: Every mistake says where it is
    When the producer maps the line item:
      """
      {"state": "SLEEPING", "quantity": 0, "start": "now", "end": 2, "attributes": {"colour": "red"}}
      """
    Then the answer has status 400
    And each error begins with a JSONPath

  @DM-LINE-019
  Scenario: A reset frequency is a text
    Given the API is spoken in version v1.1
    When the producer maps the line item:
      """
      {"activationId": "A", "state": "DEPLOYED", "quantity": 5, "start": 1, "end": 2,
       "attributes": {"resetFrequency": 12}}
      """
    Then the answer has status 400
